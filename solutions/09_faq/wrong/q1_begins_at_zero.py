# Gives the first step the rate 0, and each step that of the one before.
def rates_at(steps, warm_up, total, top, bottom):
    done = np.asarray(steps)
    progress = np.clip((done - warm_up) / (total - warm_up), 0, 1)
    falling = bottom + (top - bottom) * (1 + np.cos(np.pi * progress)) / 2
    return np.where(done < warm_up, top * done / max(warm_up, 1), falling)
