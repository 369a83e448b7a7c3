"""The window around the panels: menus, actions, docks, bars and dialogs."""
