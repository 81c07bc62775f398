using Microsoft.Extensions.Logging.Abstractions;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Waking;
using PgWorkflows.Server.Hosting;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class ProtectionServiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-protection-service-").FullName;

    [Fact]
    public async Task A_watchdog_whose_alarm_clock_does_not_work_ends_instead_of_looking_alive()
    {
        var installation = new Installation([], _folder, TimeProvider.System, new InstallationHost { Kind = OwnerKind.Server });
        using var service = new ProtectionService(installation, new BrokenAlarm(), NullLogger<ProtectionService>.Instance);

        await service.StartAsync(TestContext.Current.CancellationToken);

        // The host ends on such a failure, and says it.
        await Assert.ThrowsAsync<FileNotFoundException>(() => service.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class BrokenAlarm : IAlarmClock
    {
        public Task StartAsync(Action ring, CancellationToken cancellationToken) => throw new FileNotFoundException("Quartz");

        public Task SetAsync(DateTimeOffset instant) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
