from django.urls import path

from partnership.oversight import history, pages

urlpatterns = [
    path("history/<slug:record>/<int:pk>/", history.record_history, name="history"),
    path("unusual-reading/", pages.unusual_reading, name="unusual_reading"),
    path("unusual-reading/<int:pk>/", pages.reading_seen, name="reading_seen"),
    path("read-log/", pages.read_log, name="read_log"),
    path("inquiries/", pages.inquiry_list, name="inquiry_list"),
    path("inquiries/<int:pk>/", pages.inquiry, name="inquiry"),
]
