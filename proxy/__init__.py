"""The embedded proxy: what stands between a coding agent and a provider. No Qt, no keyring.

One exchange, from the agent's first byte to its last:

    agent -> protocol -> guard -> routes -> relay -> pipeline.request -> upstream
                                                                            |
                                                            pipeline.feed <-+  bytes, as they come
                                                                |
                              source   decode (SSE)  or  explode (JSON)        sse, aggregate
                                                                |
                              chain    repairs, one after the other            repairs/
                                                                |
                              sink     encode (SSE)  or  fold (JSON)           sse, aggregate
                                                                |
    agent <- relay <--------------------------------------------+
                 \\-> tap: records for the inspector, the log and the counts

Three laws hold throughout. No change without a finding and no finding without a change: what nobody
mended keeps upstream's own bytes. A repair keeps its state per exchange, shares none and knows no
other. The tap only appends: nobody who looks slows the stream down.

Healthy answers are not read at all: what goes the way of an earlier healthy one (`trails`) passes
as it came, and the repairs are made, and shown what they missed, when an answer leaves that way.
What needs no look leaves in the moment it comes, past the exchange's task; what nobody waits for
(`afterwards`) is done when there is time.

Beside that way stand

    server, serving         the proxy's thread, and what belongs to one event loop
    dialects, eventwise     the other families of endpoints, passed on event by event
    recording, tap, shadow  what the inspector and the log learn, by fixes that are off too
    transport, connection   HTTP to providers        demo    the provider that is broken on purpose
    config*, toml*          the configuration: as values, as a text, and edits of that text

Read `relay` first, then `pipeline`, then any file of `repairs`. A new repair is one module there,
one line in the registry, one case in the corpus.
"""
