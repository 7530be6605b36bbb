"""The demo: the main job on a real cluster with real traffic, counted to the last request."""
