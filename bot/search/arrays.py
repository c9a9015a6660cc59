"""What the rows and columns of the search are made of: numbers in bulk, by their kind."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
