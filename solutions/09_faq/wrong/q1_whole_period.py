# Goes through a whole period of the cosine.
def rates_at(steps, warm_up, total, top, bottom):
    done = np.asarray(steps) + 1
    progress = np.clip((done - warm_up) / (total - warm_up), 0, 1)
    falling = bottom + (top - bottom) * (1 + np.cos(2 * np.pi * progress)) / 2
    return np.where(done < warm_up, top * done / max(warm_up, 1), falling)
