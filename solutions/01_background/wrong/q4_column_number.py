# Returns the number of the column, not a frequency in Hz.
def loudest_tones(sound, samples_per_second, frame_length):
    count = len(sound) // frame_length
    frames = sound[: count * frame_length].reshape(count, frame_length)
    return np.abs(np.fft.rfft(frames, axis=1))[:, 1:].argmax(axis=1) + 1
