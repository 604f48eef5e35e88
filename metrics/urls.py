from django.urls import path

from metrics.views import cohorts, files, home, public, quality, recidivism, runs, trends

urlpatterns = [
    path("", home.home, name="home"),
    path("workload/", home.workload, name="workload"),
    path("results/", public.public_results, name="public_results"),
    path("figures/recidivism/", recidivism.recidivism, name="recidivism"),
    path("figures/recidivism/in-full/", recidivism.population_figures, name="population_figures"),
    path("figures/recidivism/report.pdf", recidivism.report, name="report"),
    path("figures/cohorts/", cohorts.cohort_list, name="cohort_list"),
    path("figures/cohorts/new/", cohorts.cohort_edit, name="cohort_new"),
    path("figures/cohorts/<int:pk>/", cohorts.cohort_edit, name="cohort_edit"),
    path("figures/cohorts/<int:pk>/archive/", cohorts.cohort_archive, name="cohort_archive"),
    path("figures/arrests/", trends.arrest_trends, name="arrest_trends"),
    path("figures/interventions/new/", trends.intervention_edit, name="intervention_new"),
    path("figures/interventions/<int:pk>/", trends.intervention, name="intervention"),
    path("figures/interventions/<int:pk>/edit/", trends.intervention_edit, name="intervention_edit"),
    path("figures/referrals/", quality.referral_figures, name="referral_figures"),
    path("figures/quality/", quality.data_quality, name="data_quality"),
    path("figures/runs/", runs.run_list, name="run_list"),
    path("figures/runs/<int:pk>/", runs.run_page, name="run"),
    path("figures/runs/<int:pk>/again/", runs.run_again, name="run_again"),
    path("figures/runs/<int:pk>/publish/", runs.run_publish, name="run_publish"),
    path("figures/recompute/", runs.recompute, name="recompute"),
    path("figures/download/<slug:name>.<slug:kind>", files.figure_file, name="figure"),
]
