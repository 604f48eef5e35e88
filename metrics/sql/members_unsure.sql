    -- Participants through each of their unsure links: the temporary table unsure_members (`metrics/quality/linkage.py`).
    SELECT * FROM unsure_members
