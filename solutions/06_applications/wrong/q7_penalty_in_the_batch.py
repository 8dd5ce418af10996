# Puts the penalty on the rows of this batch only.
def factor_step(p, q, users, items, ratings, rate, penalty):
    errors = np.sum(p[users] * q[items], axis=1) - ratings
    slope_p, slope_q = np.zeros(p.shape), np.zeros(q.shape)
    slope_p[users], slope_q[items] = 2 * penalty * p[users], 2 * penalty * q[items]
    upstream = 2 / len(ratings) * errors[:, None]
    np.add.at(slope_p, users, upstream * q[items])
    np.add.at(slope_q, items, upstream * p[users])
    return p - rate * slope_p, q - rate * slope_q
