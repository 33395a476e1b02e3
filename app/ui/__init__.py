"""The window: one module per page, tab, dialog or part, plain text wherever a word is not our own.

    main_window     the rail, the pages, the banner above and the line below
    pages           all pages, told the same things in one place
    *_page          one page each; *_tab, one tab each of a request; *_dialog, one question each
    parts, tables   what all of them are built of      theme, icons     colours and drawings

Pages are told values and say by signals what the user asked for; what then happens is decided in
`app.wishes`, `app.editing` and `app.application`.
"""
