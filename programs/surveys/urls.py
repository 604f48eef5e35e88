from django.urls import path

from programs.surveys import pages, public_pages

urlpatterns = [
    path("surveys/", pages.survey_list, name="survey_list"),
    path("surveys/new/", pages.survey_new, name="survey_new"),
    path("surveys/write/", pages.survey_edit, name="survey_write"),
    path("surveys/<int:pk>/", pages.survey, name="survey"),
    path("surveys/<int:pk>/edit/", pages.survey_edit, name="survey_edit"),
    path("surveys/<int:pk>/results/", pages.survey_results, name="survey_results"),
    path("surveys/<int:pk>/texts/", pages.survey_texts, name="survey_texts"),
    path("surveys/<int:survey_pk>/questions/new/", pages.question_edit, name="question_new"),
    path("surveys/<int:survey_pk>/questions/<int:pk>/", pages.question_edit, name="question_edit"),
    path("surveys/<int:survey_pk>/questions/<int:pk>/remove/", pages.question_remove, name="question_remove"),
    path("surveys/<int:survey_pk>/waves/new/", pages.wave_edit, name="wave_new"),
    path("surveys/<int:survey_pk>/waves/<int:pk>/", pages.wave_edit, name="wave_edit"),
    path("surveys/waves/<int:pk>/close/", pages.wave_close, name="wave_close"),
    path("surveys/waves/<int:pk>/codes/", pages.wave_codes, name="wave_codes"),
    path("surveys/waves/<int:pk>/publish/", pages.wave_publish, name="wave_publish"),
    path("surveys/waves/<int:pk>/withdraw/", pages.wave_withdraw, name="wave_withdraw"),
    path("surveys/waves/<int:pk>/poster/", pages.wave_poster, name="wave_poster"),
    path("s/<str:token>/", public_pages.survey_answer, name="survey_answer"),
    path("community/surveys/<int:pk>/", public_pages.public_survey, name="public_survey"),
]
