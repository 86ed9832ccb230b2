"""What is handed out: wheel, source distribution, bill of materials, and the proof that others can make the same."""
