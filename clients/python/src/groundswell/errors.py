"""What can go wrong, as exceptions to decide by; their text says what, where and what to do."""

from __future__ import annotations


class GroundswellError(Exception):
    """Every error of this package is one of these."""


class OptionError(GroundswellError, ValueError):
    """An option or argument that makes no sense; nothing was opened or sent."""


class EndpointError(GroundswellError):
    """An endpoint that is in use, is none, or is not to be had on this machine."""


class KeyFileError(GroundswellError):
    """A key file that is not there, can be read by others, or is none."""


class KeyRefusedError(GroundswellError):
    """The server does not know our key, or no longer: it is not on its list, was revoked, or has another role."""


class KeyWantedError(GroundswellError):
    """The server demands a key and we gave none, or the other way round."""


class ServerKeyError(GroundswellError):
    """The server does not prove the key that it was said to have."""


class NotFoundError(GroundswellError, FileNotFoundError):
    """No such file or recording."""


class DamagedError(GroundswellError):
    """A recording with damage in the middle, or cut within its header; the text names file and offset."""


class ConfigurationError(GroundswellError):
    """A configuration or universe file that is wrong, with every finding; or none where one is needed."""


class FileError(GroundswellError, OSError):
    """The system did not read or write a file."""


class NaiveTimeError(OptionError):
    """A time without a zone, of which nobody can say which instant it is."""


class LookAheadError(OptionError):
    """What would let a back-test know something before it could."""


class MissingPackageError(GroundswellError, ImportError):
    """A package that this needs and the installation lacks; the text has the command that installs it."""


class NotLiveError(GroundswellError):
    """What is published is a replay or simulated, and `any_mode` was not given."""


class OtherVersionError(GroundswellError):
    """A message or recording of a version that this package does not read."""


class UnknownScopeError(GroundswellError):
    """No scope of this name; the text names the nearest."""


class UnknownSignalError(GroundswellError):
    """No signal of this name; the text names the nearest."""


class UnknownTypeError(GroundswellError):
    """No type of event of this name; the text names the nearest."""


class NoAnswerError(GroundswellError):
    """Nobody publishes at the endpoint, or its control service is silent."""


class TooOldError(GroundswellError):
    """Edges that nobody holds any more: lost to this subscriber. Raised with `on_lost="raise"`."""


class ClosedError(GroundswellError):
    """What was closed cannot be used again."""


class SlowError(GroundswellError):
    """The peer does not take what is sent."""
