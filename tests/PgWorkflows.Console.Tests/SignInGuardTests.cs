using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class SignInGuardTests
{
    private readonly FakeTime _time = new();
    private readonly SignInGuard _guard;

    public SignInGuardTests() => _guard = new(_time);

    [Fact]
    public void Five_failures_lock_the_user_everywhere_for_a_quarter_of_an_hour()
    {
        for (var i = 0; i < SignInGuard.FailuresOfUser; i++)
            Assert.Null(_guard.Begin("ann", "10.0.0.1"));

        Assert.Equal(SignInGuard.Window, _guard.Begin("ANN", "10.0.0.2"));
        Assert.Null(_guard.Begin("bob", "10.0.0.2"));

        _time.Advance(SignInGuard.Window);
        Assert.Null(_guard.Begin("ann", "10.0.0.2"));
    }

    [Fact]
    public void The_right_password_forgets_the_failures_before_it()
    {
        for (var i = 0; i < 50; i++)
        {
            Assert.Null(_guard.Begin("ann", "10.0.0.1"));
            _guard.Succeeded("ann", "10.0.0.1");
            _time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void Failures_for_many_users_lock_the_address()
    {
        for (var i = 0; i < SignInGuard.FailuresOfAddress; i++)
        {
            Assert.Null(_guard.Begin($"user{i}", "10.0.0.1"));
            _time.Advance(TimeSpan.FromSeconds(7));
        }

        Assert.NotNull(_guard.Begin("ann", "10.0.0.1"));
        Assert.Null(_guard.Begin("ann", "10.0.0.2"));
    }

    [Fact]
    public void An_address_may_try_ten_times_a_minute()
    {
        for (var i = 0; i < SignInGuard.AttemptsPerMinute; i++)
            Assert.Null(_guard.Begin($"user{i}", "10.0.0.1"));

        Assert.Equal(TimeSpan.FromMinutes(1), _guard.Begin("ann", "10.0.0.1"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_guard.Begin("ann", "10.0.0.1"));
    }

    [Fact]
    public void Old_failures_count_no_more()
    {
        for (var i = 0; i < 40; i++)
        {
            Assert.Null(_guard.Begin("ann", "10.0.0.1"));
            _time.Advance(TimeSpan.FromMinutes(4));
        }
    }
}
