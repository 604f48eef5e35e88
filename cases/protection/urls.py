from django.urls import path

from cases.protection import naming_pages, pages

urlpatterns = [
    path("protection/", pages.protection, name="protection"),
    path("protection/new/", pages.protected_new, name="protected_new"),
    path("protection/consultation/", pages.protected_consult, name="protected_consult"),
    path("protection/members/", naming_pages.protection_members, name="protection_members"),
    path("protection/members/<int:pk>/end/", naming_pages.protection_member_end, name="protection_member_end"),
    path("protection/<int:pk>/", pages.protected_record, name="protected_record"),
    path("protection/<int:pk>/open/", pages.protected_open, name="protected_open"),
    path("protection/<int:pk>/refer/", pages.protected_refer, name="protected_refer"),
    path("protection/<int:pk>/copy/", pages.protected_copy, name="protected_copy"),
    path("protection/referrals/<int:pk>/answer/", pages.protected_answer, name="protected_answer"),
    path("protection/referrals/<int:pk>/police/", pages.protected_tell, name="protected_tell"),
    path("protection/referrals/<int:pk>/no-police/", pages.protected_no_police, name="protected_no_police"),
    path("protection/referrals/<int:pk>/take-back/", pages.protected_take_back, name="protected_take_back"),
    path("people/<int:pk>/protection/", pages.person_protection, name="person_protection"),
    path("people/<int:pk>/safe-contact/", pages.safe_contact, name="safe_contact"),
    path("people/<int:pk>/safe-contact/remove/", pages.safe_contact_remove, name="safe_contact_remove"),
]
