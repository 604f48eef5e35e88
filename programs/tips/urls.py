from django.urls import path

from programs.tips import pages, public_pages

urlpatterns = [
    path("received-tips/", pages.tip_list, name="tip_list"),
    path("received-tips/<int:pk>/", pages.tip, name="tip"),
    path("received-tips/<int:pk>/answer/", pages.tip_answer, name="tip_answer"),
    path("received-tips/<int:pk>/remove/", pages.tip_remove, name="tip_remove"),
    path("tips/", public_pages.who_takes_tips, name="who_takes_tips"),
    path("tips/to/<int:pk>/", public_pages.tip_give, name="tip_give"),
    path("tips/answer/", public_pages.tip_told, name="tip_told"),
]
