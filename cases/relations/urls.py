from django.urls import path

from cases.relations import pages

urlpatterns = [
    path("people/<int:pk>/relations/new/", pages.relation_new, name="relation_new"),
    path("relations/<int:pk>/remove/", pages.relation_remove, name="relation_remove"),
]
