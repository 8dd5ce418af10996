# Takes the sum over the batch for the mean.
def factor_step(p, q, users, items, ratings, rate, penalty):
    errors = np.sum(p[users] * q[items], axis=1) - ratings
    slope_p, slope_q = 2 * penalty * p, 2 * penalty * q
    upstream = 2.0 * errors[:, None]
    np.add.at(slope_p, users, upstream * q[items])
    np.add.at(slope_q, items, upstream * p[users])
    return p - rate * slope_p, q - rate * slope_q
