"""Forms of our own: built by marketers, hosted and embedded anywhere, their answers scored and explained."""
