"""The desktop application around the proxy: a tray icon, a window, and the commands of a terminal.

The GUI's thread waits for nothing: the proxy, the keyring, the watcher of the configuration and
errands have threads of their own, and what they say arrives through `bridge` or as a signal.

    __main__ -> cli          commands without a window, without Qt      -> serving
             -> application  builds everybody, connects everybody       -> tray, ui, models

One direction. Whatever the user asks for is written into the configuration file, and whatever the
file then says goes to the proxy, the pages and the tray:

    ui, tray -> wishes, editing -> settings (the file) -> application -+-> service -> proxy
        ^                                                              +-> ui, tray
        +------- models <- bridge <- the proxy's records

    ui          the window: pages, tabs, dialogs and the parts they are built of
    models      what the pages show, without a widget
    agents      the agents' own files
    settings    the configuration file      preferences   how the application itself behaves
    secrets     the keyring                 keydesk       the keyring, as the pages see it
    service     the proxy, as the window and the tray see it
    cases       recorded answers            replay, newcase   played through the fixes, made anew

Read `application` first: it alone knows everybody. A module may import only what stands below it in
the layers of `pyproject.toml`.
"""
