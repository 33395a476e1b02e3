"""The agents' own files: who is installed, where they point, and how to point them here.

    catalogue   the agents we know, and the true way into each
    detection   what is found of them below a home folder
    formats     insert, remove and read our own entry in a file's text; nothing else is touched
    jsonc       JSON with comments, cut and pasted by text range
    yamltext    YAML, cut and pasted by text range
    writing     a change as a value: shown as a diff, then written, backed up, undone

Nothing is written unless the user asked for that very change, and a file that cannot be read
is never written.
"""
