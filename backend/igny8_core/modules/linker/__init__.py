"""The linker room: internal links between a site's articles."""
