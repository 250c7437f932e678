"""Personal data inside texts: the generator of training texts, the training, and the engines that judge."""
