"""The one error that bad data gets."""


class DataError(ValueError):
    """Data that cannot be used: names the place, the fault and the remedy.

    Args:
        place: What the data is, usually a file or folder.
        fault: What is wrong with it, with the value found.
        remedy: What the reader of the message can do.
    """

    def __init__(self, place: object, fault: str, remedy: str):
        super().__init__(f"{place}: {fault}. {remedy}")
        self.place = place
        self.fault = fault
        self.remedy = remedy
