# Cuts the column of the constant off and forgets that all others moved.
def loudest_tones(sound, samples_per_second, frame_length):
    count = len(sound) // frame_length
    frames = sound[: count * frame_length].reshape(count, frame_length)
    loudness = np.abs(np.fft.rfft(frames, axis=1))[:, 1:]
    return loudness.argmax(axis=1) * samples_per_second / frame_length
