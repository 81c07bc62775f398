using System.Globalization;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Testing;

namespace PgWorkflows.Postgres.Tests.Commands;

[Trait("Category", "Process")]
public sealed class CommandRunnerTests
{
    private readonly CommandRunner _runner = new(TimeProvider.System);

    private static CancellationToken None => TestContext.Current.CancellationToken;

    private static string TestProgram => Path.Combine(AppContext.BaseDirectory, "PgWorkflows.TestProgram");

    [Fact]
    public async Task Returns_the_exit_code_and_both_streams()
    {
        var result = await _runner.RunAsync(new(TestProgram, "say", "out\nmore", "err"), None);

        Assert.Equal((0, "out\nmore", "err"), (result.ExitCode, result.Stdout, result.Stderr));
        Assert.Equal("out | more | err", result.Output);
        Assert.False(result.TimedOut);
    }

    [Fact]
    public async Task An_exit_code_is_a_result_and_not_an_exception()
    {
        var result = await _runner.RunAsync(new(TestProgram, "exit", "42"), None);

        Assert.Equal(42, result.ExitCode);
        Assert.Equal(new CommandEvidence("PgWorkflows.TestProgram exit 42", 42, ""), result.Evidence);
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        string[] arguments = ["two words", "", "\"quoted\"", "'", "$HOME", "`id`", "a;b|c&d", "*", "日本語", "\\", "-p 99"];

        var result = await _runner.RunAsync(new(TestProgram, ["args", .. arguments]), None);

        Assert.Equal(arguments, result.Stdout.Split('\n')[..^1]);
    }

    [Fact]
    public async Task Keeps_64_KiB_of_each_stream_and_reads_the_rest()
    {
        var result = await _runner.RunAsync(new(TestProgram, "flood", "10"), None);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal((65536, 65536), (result.StdoutBytes.Length, result.StderrBytes.Length));
        Assert.Equal(2 * ((10 * 1024 * 1024) - 65536), result.Dropped);
    }

    [Fact]
    public async Task Binary_noise_is_kept_as_bytes_and_shown_without_control_characters()
    {
        var result = await _runner.RunAsync(new(TestProgram, "noise"), None);

        Assert.Equal(17, result.StdoutBytes.Length);
        Assert.DoesNotContain(result.Output, char.IsControl);
        Assert.EndsWith("end", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_at_its_end()
    {
        var result = await _runner.RunAsync(new(TestProgram, "read") { Limit = TimeSpan.FromSeconds(20) }, None);

        Assert.Equal("0", result.Stdout);
    }

    [Theory]
    [InlineData("sleep")]
    [InlineData("stubborn")]
    public async Task A_command_past_its_limit_is_ended_even_when_it_ignores_the_polite_signal(string behaviour)
    {
        var result = await _runner.RunAsync(new(TestProgram, behaviour, "60") { Limit = TimeSpan.FromSeconds(1) }, None);

        Assert.Null(result.ExitCode);
        Assert.True(result.TimedOut);
        Assert.StartsWith("ended after its limit of 1 s", result.Output, StringComparison.Ordinal);
        Assert.InRange(result.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task The_limit_is_told_by_the_clock_that_was_given()
    {
        var time = new FakeTime();
        var running = new CommandRunner(time).RunAsync(new("/bin/sleep", "60") { Limit = TimeSpan.FromHours(1) }, None);

        // The limit's timer is set before the first wait, so it is there already.
        time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromTicks(1));
        var result = await running;

        Assert.True(result.TimedOut);
        Assert.Equal("ended after its limit of 3600 s", result.Output);
        Assert.Equal(TimeSpan.FromHours(1), result.Elapsed);
    }

    [Fact]
    public async Task The_polite_signal_comes_first()
    {
        var result = await _runner.RunAsync(new(TestProgram, "polite", "60") { Limit = TimeSpan.FromSeconds(1) }, None);

        Assert.Contains("goodbye", result.Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task At_the_limit_descendants_end_only_where_the_command_says_so(bool endsTree)
    {
        var result = await _runner.RunAsync(
            new(TestProgram, "grandchild", "stay", "60") { Limit = TimeSpan.FromSeconds(2), EndsTree = endsTree }, None);
        var grandchild = Pid(result.Stdout);

        try
        {
            Assert.True(result.TimedOut);
            Assert.Equal(!endsTree, IsRunning(grandchild));
        }
        finally
        {
            LibC.Signal(grandchild, LibC.SigKill);
        }
    }

    [Fact]
    public async Task A_grandchild_that_keeps_the_pipe_open_delays_nothing_and_lives_on()
    {
        var result = await _runner.RunAsync(new(TestProgram, "grandchild", "leave", "60") { EndsTree = false }, None);
        var grandchild = Pid(result.Stdout);

        try
        {
            Assert.Equal(0, result.ExitCode);
            Assert.InRange(result.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
            Assert.True(IsRunning(grandchild));
        }
        finally
        {
            LibC.Signal(grandchild, LibC.SigKill);
        }
    }

    [Fact]
    public async Task Commands_whose_pipes_stay_open_leave_no_descriptor_behind()
    {
        var grandchildren = new List<int>();
        try
        {
            for (var i = 0; i < 2; i++)
                grandchildren.Add(Pid((await _runner.RunAsync(new(TestProgram, "grandchild", "leave", "60") { EndsTree = false }, None)).Stdout));
            var inodes = grandchildren.SelectMany(pid => new[] { 1, 2 }.Select(fd => Link($"/proc/{pid}/fd/{fd}"))).ToHashSet();
            Assert.All(inodes, inode => Assert.StartsWith("pipe:", inode, StringComparison.Ordinal));

            // The reader looks up every 100 ms; a test program takes about as long to start.
            for (var i = 0; i < 5; i++)
                await _runner.RunAsync(new(TestProgram, "exit", "0"), None);

            Assert.DoesNotContain(Directory.EnumerateFiles("/proc/self/fd"), fd => inodes.Contains(Link(fd)));
        }
        finally
        {
            grandchildren.ForEach(pid => LibC.Signal(pid, LibC.SigKill));
        }
    }

    [Fact]
    public async Task A_cancellation_ends_the_command_and_throws()
    {
        using var cancellation = new CancellationTokenSource();
        var mark = $"60.{Environment.ProcessId}";
        var running = _runner.RunAsync(new(TestProgram, "sleep", mark), cancellation.Token);
        while (!Processes(mark).Any())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, None);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(Processes(mark));
    }

    [Fact]
    public async Task The_environment_is_scrubbed()
    {
        Environment.SetEnvironmentVariable("PGSERVICE", "surprise");
        Environment.SetEnvironmentVariable("SOME_SECRET", "yes");

        var result = await _runner.RunAsync(
            new(TestProgram, "environment") { Environment = new Dictionary<string, string> { ["PGHOST"] = "::1" } }, None);
        Environment.SetEnvironmentVariable("PGSERVICE", null);
        Environment.SetEnvironmentVariable("SOME_SECRET", null);

        var names = result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0]).ToList();
        Assert.Contains("PATH", names);
        Assert.Contains("PGHOST=::1", result.Stdout, StringComparison.Ordinal);
        Assert.Contains("LC_MESSAGES=C\n", result.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain(names, name => name is "PGSERVICE" or "SOME_SECRET" or "LC_ALL");
    }

    [Theory]
    [InlineData("/nowhere/pg_ctl", "could not be started: /nowhere/pg_ctl was not found")]
    [InlineData("no-such-program", "could not be started: no-such-program was not found")]
    [InlineData("bin/relative", "could not be started: bin/relative was not found")]
    public async Task A_program_that_cannot_be_started_is_a_result_with_a_reason(string program, string reason)
    {
        var result = await _runner.RunAsync(new(program, "status"), None);

        Assert.Null(result.ExitCode);
        Assert.Equal(reason, result.Output);
    }

    [Fact]
    public async Task A_file_that_is_no_program_is_a_result_with_a_reason()
    {
        var result = await _runner.RunAsync(new("/etc/passwd"), None);

        Assert.Null(result.ExitCode);
        Assert.StartsWith("could not be started: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_runs_a_command_as_another_user_with_that_users_home()
    {
        Assert.SkipUnless(LibC.CurrentUser == 0, "Only root can become another user.");
        var nobody = LibC.Account("nobody");
        Assert.NotNull(nobody);

        var result = await _runner.RunAsync(new("/bin/sh", "-c", "id -un; pwd; echo $HOME $LOGNAME") { OsUser = "nobody" }, None);

        Assert.Equal($"nobody | / | {nobody.Home} nobody", result.Output);
    }

    [Fact]
    public async Task A_program_that_the_other_user_may_not_run_is_a_result_with_a_reason()
    {
        Assert.SkipUnless(LibC.CurrentUser == 0, "Only root can become another user.");
        var program = Path.GetTempFileName();

        var result = await _runner.RunAsync(new(program) { OsUser = "nobody" }, None);

        File.Delete(program);
        Assert.Null(result.ExitCode);
        Assert.StartsWith("could not be started: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("Permission denied", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_users_command_has_that_users_groups_and_none_of_ours()
    {
        Assert.SkipUnless(LibC.CurrentUser == 0, "Only root can become another user.");

        var result = await _runner.RunAsync(new("/bin/sh", "-c", "grep -E '^(Uid|Gid|Groups|CapEff)' /proc/self/status; echo \"$@\"", "sh", "a b", "--reuid", "") { OsUser = "nobody" }, None);

        var expected = await _runner.RunAsync(new("id", "-G", "nobody"), None);
        Assert.Matches(@"Groups:\s+" + expected.Output.Trim() + @"\s", result.Stdout);
        Assert.Matches(@"CapEff:\s+0+\n", result.Stdout);
        Assert.EndsWith("a b --reuid \n", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_does_not_exist_is_a_clear_reason()
    {
        var result = await _runner.RunAsync(new("/bin/true") { OsUser = "no-such-user" }, None);

        Assert.Equal("could not be started: the OS user 'no-such-user' does not exist", result.Output);
    }

    private static int Pid(string output) => int.Parse(
        output.Split('\n').Single(line => line.StartsWith("pid ", StringComparison.Ordinal)).AsSpan(4), CultureInfo.InvariantCulture);

    private static bool IsRunning(int pid) => ProcessStat.Read(pid) is { IsZombie: false };

    private static string? Link(string path) => new FileInfo(path).LinkTarget;

    private static IEnumerable<string> Processes(string argument) => Directory.EnumerateDirectories("/proc")
        .Where(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out _))
        .Where(path =>
        {
            try
            {
                return File.ReadAllText(path + "/cmdline").Split('\0').Contains(argument);
            }
            catch (IOException)
            {
                return false;
            }
        });
}
