"""The demo partnership: rows F1–F7 of the field's list, with simulated people and arrests.

Every number comes from one random generator with a fixed seed; dates run up to the day on which the demo is made.
Simulated people bear temporary identity codes (individual numbers from 900), which no real person has.
"""
