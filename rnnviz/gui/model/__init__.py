"""What the window shows and steers, without widgets: its state, and who asks the engine."""
