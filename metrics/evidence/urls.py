from django.urls import path

from metrics.evidence import pages

urlpatterns = [
    path("figures/claims/", pages.claim_list, name="claim_list"),
    path("figures/claims/new/", pages.claim_edit, name="claim_new"),
    path("figures/claims/<int:pk>/", pages.claim_edit, name="claim_edit"),
    path("figures/claims/<int:pk>/remove/", pages.claim_remove, name="claim_remove"),
    path("figures/evidence/<int:pk>/", pages.evidence, name="evidence"),
    path("figures/evidence/<int:pk>/report.pdf", pages.evidence_paper, name="evidence_paper"),
    path("figures/evidence/<int:pk>/agree/", pages.evidence_agree, name="evidence_agree"),
    path("figures/evidence/public/<int:pk>/", pages.evidence_preview, name="evidence_preview"),
    path("figures/evidence/public/<int:pk>/publish/", pages.evidence_publish, name="evidence_publish"),
    path("figures/evidence/public/<int:pk>/withdraw/", pages.evidence_withdraw, name="evidence_withdraw"),
    path("results/programmes/", pages.public_evidence_list, name="public_evidence_list"),
    path("results/programmes/<int:pk>/", pages.public_evidence, name="public_evidence"),
]
