# Steps with p first and takes the slope of q at the new p.
def factor_step(p, q, users, items, ratings, rate, penalty):
    upstream = 2 / len(ratings) * (np.sum(p[users] * q[items], axis=1) - ratings)[:, None]
    slope_p, slope_q = 2 * penalty * p, 2 * penalty * q
    np.add.at(slope_p, users, upstream * q[items])
    p = p - rate * slope_p
    np.add.at(slope_q, items, upstream * p[users])
    return p, q - rate * slope_q
