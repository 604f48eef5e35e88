"""The steps of a run, one module each: they read follow-up rows and registers by set-based SQL, call metrics.statistics, and
return unsaved results, suppressed."""
