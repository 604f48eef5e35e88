-- What the figures need of an arrest's offences, as columns of a query over offences (iccs, offence_on) grouped by arrest. Imports
-- and `sum_up_offences` both read it: the rule stands here alone. By ICCS 0601 are drug offences, 06011 those for personal use.
-- is_drug: one of them is a drug offence; offence_group: the gravest of the drug offences decides; the latest day of all
-- offences and of the drug offences, NULL where one of those days is not known.
bool_or(starts_with(iccs, '0601')) AS is_drug,
CASE WHEN bool_or(starts_with(iccs, '0601') AND NOT starts_with(iccs, '06011')) THEN 'supply'
     WHEN bool_or(starts_with(iccs, '0601')) THEN 'personal'
     ELSE 'other' END AS offence_group,
CASE WHEN bool_and(offence_on IS NOT NULL) THEN max(offence_on) END AS last_offence_on,
CASE WHEN bool_and(offence_on IS NOT NULL) FILTER (WHERE starts_with(iccs, '0601'))
     THEN max(offence_on) FILTER (WHERE starts_with(iccs, '0601')) END AS last_drug_offence_on
