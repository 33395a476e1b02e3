"""Why something of ours did not work, said in the window's language."""

from app.models.sentences import said

CONTEXT = "Reason"
REASONS = (
    "line {line}, column {column}: {reason}",
    "{file}: line {line}, column {column}: {reason}",
    # An agent's file
    "{agent} is not set up by a file",
    "{agent} reads {file}; creating {other} would make it stop doing so",
    "the file has changed in the meantime: look at the change again",
    "the file cannot be written: {cause}",
    "{file} cannot be read: {cause}",
    "{file} is not a plain file of a sensible size",
    "{file} is not UTF-8 text",
    "the file is built in a way that cannot be changed safely",
    "our entry shares its lines with others: remove it by hand",
    "our entry could not be removed safely",
    "`models` must be a list with one item a line",
    "`{name}` is set here already: remove it, or use the shell lines",
    "nothing more was expected here",
    "a value was expected",
    "a name in double quotes was expected",
    "the string is not closed or not legal",
    "a colon was expected",
    "this name stands here twice",
    "a comma or {closing} was expected",
    "an object was expected here",
    "a mapping with one key a line was expected",
    "nested too deeply",
    "this is not TOML",
    "this is not YAML",
    "this is not YAML: {cause}",
    # A key
    "The key is empty.",
    "That is an address, not a key.",
    "A key holds printable ASCII characters only, and no white space.",
    "A key has {shortest} to {longest} characters.",
    "The keyring is locked or does not answer.",
    "The keyring refused.",
    "No key is stored for this provider.",
    "This system has no keyring, and no key was entered.",
    "{variable} names a keyring that is not used here, and no key was entered.",
    # A request of our own
    "the proxy is not running",
    "the request was refused: {cause}",
    "the request failed: {cause}",
    "a fault of Wiremend's own: {cause}",
    "there is no answer to make a case of",
    # The port
    "the proxy has not ended yet",
    "another Wiremend",
    "{program} (process {number})",
    "another program",
    "another program, probably {program}",
)
"""All that these parts say; also for those who translate."""


def reason_words(reason: object) -> str:
    """Say why, in the language of now; what is not known, such as the system's word, stays."""
    return said(CONTEXT, str(reason), REASONS, ("reason",))
