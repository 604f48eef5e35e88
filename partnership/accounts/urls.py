from django.urls import path

from partnership.accounts import pages

urlpatterns = [
    path("service/accounts/", pages.account_list, name="account_list"),
    path("service/accounts/<int:pk>/", pages.account, name="account"),
    path("service/accounts/<int:pk>/second-factor/", pages.second_factor_remove, name="second_factor_remove"),
    path("service/accounts/<int:pk>/close/", pages.account_close, name="account_close"),
    path("service/accounts/<int:pk>/appoint/", pages.account_appoint, name="account_appoint"),
    path("service/partners/", pages.unmanaged_list, name="unmanaged_list"),
    path("service/partners/<int:pk>/first-manager/", pages.first_manager, name="first_manager"),
]
