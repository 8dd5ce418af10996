# Divides by a warm-up of 0 steps.
def rates_at(steps, warm_up, total, top, bottom):
    done = np.asarray(steps) + 1
    progress = np.clip((done - warm_up) / (total - warm_up), 0, 1)
    falling = bottom + (top - bottom) * (1 + np.cos(np.pi * progress)) / 2
    return np.where(done <= warm_up, top * done * np.reciprocal(float(warm_up)), falling) + 0 / warm_up
