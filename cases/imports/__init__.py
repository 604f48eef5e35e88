"""Files of arrests and participants on their way into the registers.

upload → (columns) → check, a job: every row is read, checked and laid out beside the registers, names encrypted →
preview → confirm → load, a job: set-based SQL moves what was laid out into the registers. The registers change in the
last step only.
"""
