using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>The server as it is started: by pgw, as a process.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-serve-tests-").FullName;
    private Process? _serve;

    [Fact]
    public async Task The_demo_serves_a_resource_of_its_own_and_takes_it_away_again()
    {
        _ = PostgresInstallation.BinDirectory;
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var serve = _serve = Start("serve", "--demo", "--data", _folder, "--listen", address.ToString().TrimEnd('/'));
        var output = serve.StandardOutput;
        var told = new List<string>();
        while (!told.Exists(line => line.Contains("sign in", StringComparison.Ordinal)) && await output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            told.Add(line);
        var file = Assert.Single(told, line => line.Contains("sign in", StringComparison.Ordinal)).Split(" in ")[^1].Trim();
        Assert.Contains(told, line => line.Contains("open", StringComparison.Ordinal) && line.Contains(address.Authority, StringComparison.Ordinal));
        var password = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))[1]["password: ".Length..];
        Assert.DoesNotContain(told, line => line.Contains(password, StringComparison.Ordinal));

        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        using var signedIn = await TestServer.PostAsync(client, "/sign-in", "/sign-in", ("name", "admin"), ("password", password));
        string page;
        do
            page = await client.GetStringAsync("/resources/demo", TestContext.Current.CancellationToken);
        while (!page.Contains(">ISP<", StringComparison.Ordinal));
        var directory = page.Split("<dd>").Select(part => part.Split('<')[0]).Single(part => part.Contains("pgw-demo-", StringComparison.Ordinal));
        Assert.True(Directory.Exists(directory));

        // pgw has become the server: its process id is the server's.
        await new CommandRunner(TimeProvider.System).RunAsync(new Command("/bin/kill", "-s", "TERM", $"{serve.Id}"), TestContext.Current.CancellationToken);
        await serve.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_second_demo_leaves_the_first_alone_and_takes_away_what_it_leaves_when_it_is_killed()
    {
        _ = PostgresInstallation.BinDirectory;
        var serve = _serve = Start("serve", "--demo", "--data", _folder, "--listen", "http://127.0.0.1:0");
        await ServesAsync(serve);
        var first = NotedFolder();

        using (var refused = Start("serve", "--demo", "--data", _folder, "--listen", "http://127.0.0.1:0"))
        {
            Assert.Contains("serves it", await refused.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            await refused.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(73, refused.ExitCode);
        }

        Assert.Equal(first, NotedFolder());
        Assert.True(File.Exists(Path.Combine(first, "server", "data", "postmaster.pid")));

        serve.Kill();
        await serve.WaitForExitAsync(TestContext.Current.CancellationToken);
        serve.Dispose();
        serve = _serve = Start("serve", "--demo", "--data", _folder, "--listen", "http://127.0.0.1:0");
        await ServesAsync(serve);
        Assert.NotEqual(first, NotedFolder());
        Assert.False(Directory.Exists(first));

        await new CommandRunner(TimeProvider.System).RunAsync(new Command("/bin/kill", "-s", "TERM", $"{serve.Id}"), TestContext.Current.CancellationToken);
        await serve.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private string NotedFolder() => System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "demo-server.json"))).RootElement.GetProperty("Folder").GetString()!;

    private static async Task ServesAsync(Process serve)
    {
        while (await serve.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("sign in", StringComparison.Ordinal))
        {
        }
    }

    [Fact]
    public async Task A_resource_that_is_wrong_does_not_keep_the_others_from_being_protected()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var server = new TestServer(cluster.Resource, others: [new() { ["name"] = "lost", ["serviceControl"] = "pg_ctl", ["dataDirectory"] = "relative", ["port"] = 70000 }]);
        using var client = await server.UserClientAsync("ann", Server.Access.Role.Operator);

        var page = await client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("Not protected", page);
        Assert.Contains("PgWorkflows:Resources:1:port", page);
        Assert.Contains("/resources/main", page);
        using var health = await client.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "resources-left-out\n"), (health.StatusCode, await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));

        var key = await server.KeyAsync(Server.Access.Role.Operator);
        Assert.Equal(0, (await Console.Tests.Pgw.RunAsync(server.Address, key, "quickCheck", "main")).ExitCode);
        var list = await Console.Tests.Pgw.RunAsync(server.Address, key, "resources");
        Assert.Equal(78, list.ExitCode);
        Assert.Contains("PgWorkflows:Resources:1:dataDirectory", list.Stderr);
    }

    [Fact]
    public async Task A_mistake_beside_the_resources_keeps_the_server_from_starting_in_a_sentence()
    {
        var file = Path.Combine(_folder, "pgw.json");
        await File.WriteAllTextAsync(file, """{ "PgWorkflows": { "Resorces": [] } }""", TestContext.Current.CancellationToken);
        var serve = _serve = Start("serve", "--config", file, "--data", Path.Combine(_folder, "data"), "--listen", "http://127.0.0.1:0");
        var error = await serve.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await serve.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(78, serve.ExitCode);
        Assert.Contains("PgWorkflows:Resorces", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public async Task On_a_port_that_is_taken_it_says_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var serve = _serve = Start("serve", "--data", Path.Combine(_folder, "data"), "--config", await ConfigurationAsync("{}"), "--listen", $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");
        var output = serve.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await serve.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await serve.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(71, serve.ExitCode);
        Assert.Contains("address already in use", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.DoesNotContain("crit", await output);
    }

    [Fact]
    public async Task Over_https_it_serves_pages_with_secure_cookies_and_pgw_reaches_it()
    {
        var (certificate, key) = (Path.Combine(_folder, "server.crt"), Path.Combine(_folder, "server.key"));
        using var made = Certificate();
        await File.WriteAllTextAsync(certificate, made.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(key, made.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var address = new Uri($"https://127.0.0.1:{FreePort()}");
        var data = Path.Combine(_folder, "data");
        var configuration = await ConfigurationAsync($$"""
            { "Kestrel": { "Endpoints": { "Https": { "Url": "{{address.ToString().TrimEnd('/')}}", "Certificate": { "Path": "{{certificate}}", "KeyPath": "{{key}}" } } } }, "PgWorkflows": { "Resources": [] } }
            """);
        var serve = _serve = Start("serve", "--config", configuration, "--data", data);
        while (await serve.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("Now listening on: https://", StringComparison.Ordinal))
        {
        }

        _ = serve.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken); // Nobody else reads it.
        var password = (await File.ReadAllLinesAsync(Path.Combine(data, "first-credential.txt"), TestContext.Current.CancellationToken))[1]["password: ".Length..];
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Thumbprint == made.Thumbprint };
        using var client = new HttpClient(handler) { BaseAddress = address };
        using var signedIn = await TestServer.PostAsync(client, "/sign-in", "/sign-in", ("name", "admin"), ("password", password));
        Assert.All(signedIn.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);

        // A certificate that is not trusted is named; one that is lets pgw through, and the server then refuses the key, not the connection.
        var stranger = await AskAsync(address, trusted: null);
        Assert.Contains("certificate", stranger.Output, StringComparison.OrdinalIgnoreCase);
        var known = await AskAsync(address, certificate);
        Assert.DoesNotContain("certificate", known.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("unknown, expired or revoked", known.Output, StringComparison.Ordinal);
    }

    private static Task<CommandResult> AskAsync(Uri server, string? trusted)
    {
        var environment = new Dictionary<string, string> { ["PGW_KEY"] = "pgw_0123456789abcdef0123456789abcdef" };
        if (trusted is not null)
            environment["SSL_CERT_FILE"] = trusted;
        return new CommandRunner(TimeProvider.System).RunAsync(new(Pgw, ["resources", "--server", server.ToString()]) { Environment = environment, Limit = TimeSpan.FromMinutes(1) }, TestContext.Current.CancellationToken);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private async Task<string> ConfigurationAsync(string json)
    {
        var file = Path.Combine(_folder, "pgw.json");
        await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);
        return file;
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", "PgWorkflows:Server:AllowPlainHttp")]
    [InlineData("http://*:0", "PgWorkflows:Server:AllowPlainHttp")]
    public async Task Beyond_loopback_without_https_it_does_not_start(string listen, string key)
    {
        var file = Path.Combine(_folder, "pgw.json");
        await File.WriteAllTextAsync(file, $$"""{ "{{ResourceConfiguration.Section.Split(':')[0]}}": { "Resources": [] } }""", TestContext.Current.CancellationToken);
        var serve = _serve = Start("serve", "--config", file, "--data", Path.Combine(_folder, "data"), "--listen", listen);
        var error = await serve.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await serve.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(78, serve.ExitCode);
        Assert.Contains(key, error);
        Assert.DoesNotContain("   at ", error);
    }

    public void Dispose()
    {
        if (_serve is { HasExited: false })
            _serve.Kill(); // The test has failed before the server's end.
        _serve?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal static string Pgw => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "PgWorkflows.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, OperatingSystem.IsWindows() ? "pgw.exe" : "pgw"));

    private static Process Start(params string[] arguments)
    {
        var info = new ProcessStartInfo(Pgw, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
#pragma warning disable RS0030 // The program under test is started as its users start it.
        return Process.Start(info)!;
#pragma warning restore RS0030
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
