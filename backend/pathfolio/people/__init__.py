"""Schools, people, classes and who is in which: OneRoster's words."""
