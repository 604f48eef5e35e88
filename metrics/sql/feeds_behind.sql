-- Which districts' feeds follow each programme's participants, or a cohort's: how many of them live in each.
-- Parameters: {group}, {rows}, %(seed)s: see fixed_windows.sql.
-- Returns: group, home district (NULL where it is not known), the sum of these people's hashes, and how many they are.
SELECT {group} AS group_id, f.district_id, sum(hashint8extended(f.enrolment_id, %(seed)s)) AS hashes, count(*) AS people
  FROM ({rows}) f
 GROUP BY 1, 2
