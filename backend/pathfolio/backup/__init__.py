"""A school's data as a folder that proves itself: taken while serving, put back into an empty place."""
