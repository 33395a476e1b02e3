"""What the pages show, without a widget: records and settings in, rows and words out.

    store, exchange     the last exchanges, as the tap's records tell of them
    reading, answer     one of them, read in slices while it is looked at
    exchanges, events, jsontree     the same as Qt's item models
    *words              what the proxy and our own parts say in English, in the window's language

No model knows a thread: the bridge hands records over on the GUI's, in batches.
"""
