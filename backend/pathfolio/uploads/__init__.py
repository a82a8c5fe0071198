"""Files on their way from a device to the school: announced, sent in parts, checked by hash, shown."""
