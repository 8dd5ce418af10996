# Loses the factor 2 of the squared error.
def one_step(ratings, mean, people, films, appeal, learning_rate, penalty):
    errors = np.where(np.isnan(ratings), 0, ratings - mean - appeal - people @ films.T)
    new_people = people - learning_rate * (-errors @ films + 2 * penalty * people)
    new_films = films - learning_rate * (-errors.T @ people + 2 * penalty * films)
    return new_people, new_films, appeal + learning_rate * errors.sum(axis=0)
