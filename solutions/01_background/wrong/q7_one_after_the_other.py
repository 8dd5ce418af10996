# Takes the films' gradient at the new people.
def one_step(ratings, mean, people, films, appeal, learning_rate, penalty):
    errors = np.where(np.isnan(ratings), 0, ratings - mean - appeal - people @ films.T)
    people = people - learning_rate * (-2 * errors @ films + 2 * penalty * people)
    films = films - learning_rate * (-2 * errors.T @ people + 2 * penalty * films)
    return people, films, appeal + learning_rate * 2 * errors.sum(axis=0)
