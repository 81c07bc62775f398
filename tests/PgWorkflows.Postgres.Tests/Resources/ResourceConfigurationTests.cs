using System.Text.Json;
using Microsoft.Extensions.Configuration;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Tests.Resources;

/// <summary>Every mistake is found at once, and each names file, key, problem and cure.</summary>
public sealed class ResourceConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-config-").FullName;
    private readonly string _data;
    private readonly string _bin;

    public ResourceConfigurationTests()
    {
        _data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        _bin = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        File.WriteAllText(Path.Combine(_data, "PG_VERSION"), "15\n");
        File.WriteAllText(Path.Combine(_bin, "pg_ctl"), "");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_shortest_resource_gets_all_the_defaults()
    {
        var resource = Assert.Single(Valid(Sound()));

        Assert.Equal(
            ("main", ServiceControlKind.PgCtl, "main", _data, _bin, 5432), (resource.Name, resource.ServiceControl, resource.Service, resource.DataDirectory, resource.BinDirectory, resource.Port));
        Assert.Equal(("127.0.0.1", "postgres", "template1"), (resource.Host, resource.User, resource.CheckDatabase));
        Assert.Equal((ClientKind.Psql, PortSource.StatusOutput, StopMode.Fast, ResourceState.OSU), (resource.Client, resource.PortSource, resource.StopMode, resource.InitialState));
        Assert.Equal(["-p", "5432"], resource.StartOptions);
        Assert.Equal(Path.Combine(_data, "pg_ctl.log"), resource.LogFile);
        Assert.Equal((30, 60, 60, 10, 30), (Seconds(resource.QueryLimit), Seconds(resource.StartLimit), Seconds(resource.StopLimit), Seconds(resource.StatusLimit), Seconds(resource.ProbeLimit)));
        Assert.Equal((null, null, null), (resource.PollInterval, resource.PollRepeats, resource.CheckRepeats));
        Assert.Equal((ResourceProfile.Documented, false, true), (resource.Profile, resource.RecoversLocally, resource.InstantDetection));
        Assert.Equal((null, null), (resource.QuickCheckInterval, resource.DeepCheckInterval));
        Assert.Equal((3, TimeSpan.FromMinutes(15), 1, 1), (resource.RecoveryBudget, resource.RecoveryWindow, resource.FailuresBeforeRecovery, resource.FailuresWindow));
    }

    [Theory]
    [InlineData("guarded", null, true)]
    [InlineData("documented", null, false)]
    [InlineData("guarded", "off", false)]
    [InlineData("documented", "on", true)]
    public void Recovery_by_checks_is_on_in_the_guarded_profile_and_must_be_switched_on_in_the_documented_one(string profile, string? localRecovery, bool expected)
    {
        var entry = Sound();
        entry["profile"] = profile;
        if (localRecovery is not null)
            entry["localRecovery"] = localRecovery;

        Assert.Equal(expected, Assert.Single(Valid(entry)).RecoversLocally);
    }

    [Fact]
    public void As_many_checks_are_looked_at_as_must_have_failed_when_nothing_else_is_said()
    {
        var entry = Sound();
        entry["failuresBeforeRecovery"] = 3;

        Assert.Equal(3, Assert.Single(Valid(entry)).FailuresWindow);
    }

    [Fact]
    public void A_window_that_can_never_hold_the_failures_is_a_mistake()
    {
        var entry = Sound();
        entry["failuresBeforeRecovery"] = 3;
        entry["failuresWindow"] = 2;

        Assert.Contains("is less than failuresBeforeRecovery, 3", Assert.Single(Invalid(entry)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_in_the_table_is_read()
    {
        var pass = PassFile();
        var entry = Sound();
        foreach (var (key, value) in new Dictionary<string, object>
        {
            ["serviceControl"] = "sc", ["service"] = "pg-15", ["serviceCommand"] = "/bin/sh", ["serviceHost"] = "db7", ["host"] = "10.0.0.7", ["user"] = "watch", ["checkDatabase"] = "app", ["passFile"] = pass,
            ["osUser"] = "nobody", ["client"] = "npgsql", ["portSource"] = "postmasterPid", ["pollInterval"] = "00:00:02", ["pollRepeats"] = 3, ["checkRepeats"] = 0,
            ["queryLimit"] = "00:00:01", ["startLimit"] = "00:00:02", ["stopLimit"] = "00:00:03", ["statusLimit"] = "00:00:04", ["probeLimit"] = "00:00:05",
            ["startOptions"] = new[] { "-p", "5432", "-c", "work_mem=8MB" }, ["stopMode"] = "smart", ["logFile"] = "/tmp/pg.log", ["initialState"] = "ISP",
            ["profile"] = "guarded", ["localRecovery"] = "off", ["quickCheckInterval"] = "00:00:01", ["deepCheckInterval"] = "1.00:00:00", ["recoveryBudget"] = 5,
            ["recoveryWindow"] = "00:30:00", ["failuresBeforeRecovery"] = 2, ["failuresWindow"] = 4, ["instantDetection"] = "off",
        })
            entry[key] = value;

        var resource = Assert.Single(Valid(entry));

        Assert.Equal(ResourceSettings.All.Select(s => s.Name).Order(), entry.Keys.Order()); // nothing in the table is untested
        Assert.Equal(
            ("pg-15", "/bin/sh", "db7", "10.0.0.7", "watch", "app", pass, "nobody"),
            (resource.Service, resource.ServiceCommand, resource.ServiceHost, resource.Host, resource.User, resource.CheckDatabase, resource.PassFile, resource.OsUser));
        Assert.Equal((ClientKind.Npgsql, PortSource.PostmasterPid, StopMode.Smart, ResourceState.ISP), (resource.Client, resource.PortSource, resource.StopMode, resource.InitialState));
        Assert.Equal((TimeSpan.FromSeconds(2), 3, 0), (resource.PollInterval, resource.PollRepeats, resource.CheckRepeats));
        Assert.Equal((1, 2, 3, 4, 5), (Seconds(resource.QueryLimit), Seconds(resource.StartLimit), Seconds(resource.StopLimit), Seconds(resource.StatusLimit), Seconds(resource.ProbeLimit)));
        Assert.Equal(["-p", "5432", "-c", "work_mem=8MB"], resource.StartOptions);
        Assert.Equal("/tmp/pg.log", resource.LogFile);
        Assert.Equal((ResourceProfile.Guarded, false, false), (resource.Profile, resource.RecoversLocally, resource.InstantDetection));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)), (resource.QuickCheckInterval, resource.DeepCheckInterval));
        Assert.Equal((5, TimeSpan.FromMinutes(30), 2, 4), (resource.RecoveryBudget, resource.RecoveryWindow, resource.FailuresBeforeRecovery, resource.FailuresWindow));
    }

    public static TheoryData<string, object?, string> Mistakes => new()
    {
        { "prot", 5432, "is unknown; perhaps you mean 'port'" },
        { "completelyDifferent", 1, "is unknown; known are name, serviceControl" },
        { "name", null, "is missing; add it" },
        { "name", "", "is empty" },
        { "name", "a b", "'a b' contains other characters" },
        { "name", "größe", "contains other characters" },
        { "name", new string('x', 65), "longer than 64" },
        { "name", new[] { "a" }, "is an object or a list" },
        { "port", null, "is missing; add it" },
        { "port", 0, "0 is out of range; give a number from 1 to 65535" },
        { "port", 70000, "70000 is out of range" },
        { "port", "five", "'five' is not a whole number" },
        { "port", "5432.5", "is not a whole number" },
        { "dataDirectory", null, "is missing" },
        { "dataDirectory", "data", "'data' is not absolute" },
        { "dataDirectory", "/nowhere/data", "does not exist" },
        { "dataDirectory", "/tmp", "is not a database cluster" },
        { "binDirectory", "bin", "is not absolute" },
        { "binDirectory", "/tmp", "'/tmp' has no pg_ctl" },
        { "service", new string('x', 257), "longer than 256" },
        { "service", "a/b", "contains / or \\" },
        { "service", "a\\b", "contains / or \\" },
        { "service", "a\u0001b", "contains a control character" },
        { "service", "-x", "starts with '-'" },
        { "serviceCommand", "sc", "is not the absolute path of a program" },
        { "serviceHost", "db7", "is for serviceControl sc only" },
        { "serviceControl", null, "is missing" },
        { "serviceControl", "upstart", "'upstart' is unknown; use one of pg_ctl, sc, systemd" },
        { "client", "jdbc", "use one of psql, npgsql" },
        { "portSource", "guess", "use one of statusOutput, postmasterPid" },
        { "stopMode", "gentle", "use one of smart, fast, immediate" },
        { "initialState", "UP", "use one of ISP, ISU, OSU, OSF" },
        { "passFile", "pass", "is not absolute" },
        { "passFile", "/nowhere/pass", "does not exist" },
        { "passFile", "/etc/passwd", "may be read by others than its owner; chmod 600 /etc/passwd" },
        { "pollRepeats", -1, "-1 is out of range" },
        { "checkRepeats", -1, "-1 is out of range" },
        { "pollInterval", "5", "is not a duration; write hours, minutes and seconds" },
        { "pollInterval", "-00:00:05", "out of range" },
        { "probeLimit", "00:00:00", "out of range; give a duration from 00:00:00.001 to 01:00:00" },
        { "startLimit", "01:00:01", "out of range" },
        { "osUser", "no-such-user", "the OS user 'no-such-user' does not exist" },
        { "osUser", "root", "PostgreSQL refuses" },
        { "startOptions", "-p 5432", "is a single value" },
        { "startOptions", new[] { "a\nb" }, "contains a line break" },
        { "startOptions", new[] { "-i", "-p", "5433" }, "starts the server on port 5433, but the resource's port is 5432; make them equal" },
        { "profile", "careful", "use one of documented, guarded" },
        { "localRecovery", "perhaps", "use one of on, off, true, false" },
        { "instantDetection", "yes", "use one of on, off" },
        { "quickCheckInterval", "00:00:00.5", "out of range; give a duration from 00:00:01 to 1.00:00:00" },
        { "deepCheckInterval", "1.00:00:01", "out of range" },
        { "recoveryBudget", 0, "0 is out of range; give a number from 1 to 1000" },
        { "recoveryWindow", "900", "is not a duration" },
        { "failuresBeforeRecovery", 101, "101 is out of range" },
        { "failuresWindow", 0, "0 is out of range" },
        { "logFile", "pg.log", "is not absolute" },
        { "logFile", "/tmp/$(id).log", "hands to a shell" },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_its_key_and_its_cure(string key, object? value, string expected)
    {
        var entry = Sound();
        entry[key] = value!;
        if (value is null)
            entry.Remove(key);

        var problem = Assert.Single(Invalid(entry));

        Assert.Equal(("app.json", $"PgWorkflows:Resources:0:{key}"), (problem.File, problem.Key));
        Assert.Contains(expected, $"{problem.Problem}; {problem.Cure}", StringComparison.Ordinal);
        Assert.Equal($"app.json: {problem.Key}: {problem.Problem}; {problem.Cure}.", problem.ToString());
        Assert.DoesNotContain('\n', problem.ToString());
    }

    [Fact]
    public void A_service_manager_needs_a_service()
    {
        var entry = Sound();
        entry["serviceControl"] = "sc";

        Assert.Equal("PgWorkflows:Resources:0:service", Assert.Single(Invalid(entry)).Key);
    }

    [Theory]
    [InlineData("serviceHost", @"\\db7", "is not the name of a machine; give its name or IPv4 address, without backslashes")]
    [InlineData("serviceHost", "-db7", "is not the name of a machine")]
    [InlineData("serviceHost", "db7 & calc", "is not the name of a machine")]
    [InlineData("host", "127.0.0.1", "is this machine, but the service is on 'db7'; name the address")]
    [InlineData("service", @"\\db7\pg", "contains / or \\")]
    [InlineData("service", "-pg", "starts with '-'")]
    [InlineData("service", "state=", "ends with '='")]
    public void A_service_of_another_machine_is_named_in_a_setting_of_its_own(string key, string value, string expected)
    {
        var entry = Sound();
        (entry["serviceControl"], entry["service"], entry["serviceHost"], entry["host"]) = ("sc", "pg", "db7", "db7");
        entry[key] = value;

        var problem = Assert.Single(Invalid(entry));

        Assert.Equal($"PgWorkflows:Resources:0:{key}", problem.Key);
        Assert.Contains(expected, $"{problem.Problem}; {problem.Cure}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sc.cmd")]
    [InlineData("sc.BAT")]
    public void A_batch_file_is_no_service_command(string name)
    {
        var entry = Sound();
        var program = Path.Combine(_folder, name);
        File.WriteAllText(program, "");
        (entry["serviceControl"], entry["service"], entry["serviceCommand"]) = ("sc", "pg", program);

        Assert.Contains("is a batch file", Assert.Single(Invalid(entry)).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("quo\"te's")]
    [InlineData("a&b|c;d")]
    [InlineData("%PATH%")]
    [InlineData("日本語")]
    public void A_service_may_have_an_odd_name(string name)
    {
        var entry = Sound();
        (entry["serviceControl"], entry["service"]) = ("sc", name);

        Assert.Equal(name, Assert.Single(Valid(entry)).Service);
    }

    [Fact]
    public void A_path_that_a_shell_would_look_into_is_refused()
    {
        var entry = Sound();
        var odd = Directory.CreateDirectory(Path.Combine(_folder, "da$HOME`ta")).FullName;
        File.WriteAllText(Path.Combine(odd, "PG_VERSION"), "15\n");
        entry["dataDirectory"] = odd;

        Assert.All(Invalid(entry), problem => Assert.Contains("hands to a shell", problem.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_server_has_one_name_only()
    {
        var twin = Sound();
        twin["name"] = "twin";

        var problem = Assert.Single(Invalid(Sound(), twin));

        Assert.Equal("PgWorkflows:Resources:1:dataDirectory", problem.Key);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("-x")]
    public void A_name_begins_with_a_letter_or_a_digit(string name)
    {
        var entry = Sound();
        entry["name"] = name;

        Assert.Equal(["PgWorkflows:Resources:0:name"], Invalid(entry).Select(problem => problem.Key));
    }

    [Fact]
    public void Names_differ_in_more_than_case()
    {
        var second = Sound();
        second["name"] = "MAIN";

        var problem = Assert.Single(Invalid(Sound(), second));

        Assert.Equal("PgWorkflows:Resources:1:name", problem.Key);
        Assert.Contains("PgWorkflows:Resources:0", problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_of_all_resources_come_at_once()
    {
        var first = Sound();
        first["port"] = 0;
        first["colour"] = "blue";
        var second = Sound();
        second["name"] = "other";
        second.Remove("dataDirectory");

        Assert.Equal(
            ["PgWorkflows:Resources:0:colour", "PgWorkflows:Resources:0:port", "PgWorkflows:Resources:1:dataDirectory"],
            Invalid(first, second).Select(problem => problem.Key).Order());
    }

    [Fact]
    public void A_misspelt_section_is_found()
    {
        var problems = Assert.IsType<ResourceConfiguration.Invalid>(Read("""{ "PgWorkflows": { "Resource": [] } }""")).Problems;

        Assert.Equal("app.json: PgWorkflows:Resource: is unknown; perhaps you mean 'Resources'.", Assert.Single(problems).ToString());
    }

    [Theory]
    [InlineData("""{ "PgWorkflows": { "Resources": "main" } }""", "PgWorkflows:Resources")]
    [InlineData("""{ "PgWorkflows": { "Resources": ["main"] } }""", "PgWorkflows:Resources:0")]
    public void What_is_no_list_of_objects_is_said_to_be_none(string json, string key) =>
        Assert.Equal(key, Assert.IsType<ResourceConfiguration.Invalid>(Read(json)).Problems[0].Key);

    [Fact]
    public void No_resource_at_all_is_valid() => Assert.Empty(Assert.IsType<ResourceConfiguration.Valid>(Read("{}")).Resources);

    [Fact]
    public void As_root_commands_run_as_the_data_directorys_owner()
    {
        Assert.SkipUnless(LibC.CurrentUser == 0, "Only root can.");

        var problem = Assert.Single(Invalid(Sound(withOsUser: false)));

        Assert.Contains("belongs to root", problem.Problem, StringComparison.Ordinal); // the owner here is ourselves
    }

    [Fact]
    public void Finds_a_resource_in_any_case_and_names_the_known_ones_otherwise()
    {
        var list = new ResourceList([TestResource.Create()]);

        Assert.Same(list.All[0], list.Find("MAIN"));
        Assert.Null(list.Find("other"));
        Assert.Contains("Configured are: main.", Assert.Throws<ResourceNotFoundException>(() => list.Get("other")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_has_a_default_and_a_description() => Assert.All(ResourceSettings.All, setting =>
    {
        Assert.NotEmpty(setting.DefaultText);
        Assert.EndsWith(".", setting.Description, StringComparison.Ordinal);
    });

    private Dictionary<string, object> Sound(bool withOsUser = true)
    {
        var entry = new Dictionary<string, object>
        {
            ["name"] = "main", ["serviceControl"] = "pg_ctl", ["dataDirectory"] = _data, ["binDirectory"] = _bin, ["port"] = 5432,
        };
        if (withOsUser)
            entry["osUser"] = "nobody";
        return entry;
    }

    private string PassFile()
    {
        var path = Path.Combine(_folder, "pass");
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static int Seconds(TimeSpan span) => (int)span.TotalSeconds;

    private static IReadOnlyList<Resource> Valid(params object[] entries) => Assert.IsType<ResourceConfiguration.Valid>(Read(Json(entries))).Resources;

    private static IReadOnlyList<ConfigurationProblem> Invalid(params object[] entries) =>
        Assert.IsType<ResourceConfiguration.Invalid>(Read(Json(entries))).Problems;

    private static string Json(object[] entries) => JsonSerializer.Serialize(new { PgWorkflows = new { Resources = entries } });

    private static ResourceConfiguration Read(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        return ResourceConfiguration.Read(new ConfigurationBuilder().AddJsonStream(stream).Build(), "app.json");
    }
}
