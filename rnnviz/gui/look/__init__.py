"""How all of it looks: colours, palettes, icons."""
