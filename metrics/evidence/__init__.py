"""What is claimed and what came of it: a programme's measures of success on one page, and claims beside the estimates of that very
window; in public, once its partner and the coordination office both say so."""
