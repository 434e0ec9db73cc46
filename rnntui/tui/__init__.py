"""The interactive session: app, screens, widgets. The only part that knows Textual."""
