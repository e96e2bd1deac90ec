"""Files around files: zip, tar and gzip, and how a model inside another file begins."""
