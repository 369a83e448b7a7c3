"""What a network makes by itself: texts, answers, music."""
