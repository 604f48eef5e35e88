from django.urls import path

from programs.campaigns import pages

urlpatterns = [
    path("campaigns/", pages.campaign_list, name="campaign_list"),
    path("campaigns/new/", pages.campaign_edit, name="campaign_new"),
    path("campaigns/<int:pk>/", pages.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", pages.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:campaign_pk>/actions/new/", pages.campaign_action_edit, name="campaign_action_new"),
    path("campaigns/<int:campaign_pk>/actions/<int:pk>/", pages.campaign_action_edit, name="campaign_action_edit"),
    path(
        "campaigns/<int:campaign_pk>/actions/<int:pk>/remove/",
        pages.campaign_action_remove,
        name="campaign_action_remove",
    ),
]
