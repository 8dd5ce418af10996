# Leaves the constant in: 0 Hz is loudest everywhere.
def loudest_tones(sound, samples_per_second, frame_length):
    count = len(sound) // frame_length
    frames = sound[: count * frame_length].reshape(count, frame_length)
    return np.abs(np.fft.rfft(frames, axis=1)).argmax(axis=1) * samples_per_second / frame_length
