"""The link door: a visit managed by the link in a message, behind one small proof."""
